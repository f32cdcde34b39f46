/** Its message is for the person at the terminal. */
export class EngineError extends Error {}

/** A program that the machine lacks. */
export class MissingProgramError extends EngineError {}
