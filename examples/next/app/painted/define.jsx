"use client";

// Defines the element, which then takes over what the server wrote.
import "workflowai-feedback";

export const Define = () => null;
