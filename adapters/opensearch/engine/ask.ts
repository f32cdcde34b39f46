import type { Engine, EngineRequest, EngineResponse } from './engine.ts'
import { refused, unanswered } from './engine-faults.ts'

/** The answer, whatever it says. @throws Fault unavailable where there is none. */
export async function answerOf(engine: Engine, request: EngineRequest): Promise<EngineResponse> {
  try {
    return await engine.send(request)
  } catch (error) {
    throw unanswered(error)
  }
}

/** The JSON of an answer. @throws Fault, or Error, where it is a refusal. */
export async function ask(engine: Engine, request: EngineRequest): Promise<unknown> {
  const response = await answerOf(engine, request)
  if (response.status >= 300) throw refused(response)
  return response.body
}
