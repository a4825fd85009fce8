import { firefox } from "./fixtures/engines.ts";
import { journeys } from "./journeys.ts";

journeys(firefox);
