import { webkit } from "./fixtures/engines.ts";
import { journeys } from "./journeys.ts";

journeys(webkit);
