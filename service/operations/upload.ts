/** Where a Bundle may be put that is too large for a request. docs/implementation/large-bodies.md */
import { offerUpload } from '../jobs/uploads.ts'
import { formatInstant } from '../resource/stamp.ts'
import type { Operation, OperationParameter, OperationRunner } from './operation.ts'

const out = (name: string, type: string, documentation: string): OperationParameter => ({
  ...{ name, type, documentation, use: 'out', min: 1, max: 1 },
})

/** For services whose object store has a door of its own. */
export const UPLOAD: Operation = {
  name: 'upload',
  id: 'System-upload',
  title: 'Upload a large Bundle',
  description:
    'Gives a URL to PUT the JSON text of a Bundle to, of any size that a Bundle may have, and a reference to it. POST ' +
    'Parameters with that `reference` to the base in place of the Bundle, with Prefer: respond-async, to have it ' +
    'worked on.',
  levels: ['system'],
  types: [],
  affectsState: true,
  parameters: [
    out('url', 'url', 'Where to PUT the text, without any other authorization'),
    out('contentType', 'code', 'Content-Type to PUT it with'),
    out('reference', 'string', 'What to name it by, within an hour'),
    out('expires', 'instant', 'Until when the URL takes it'),
  ],
  load: async () => upload,
}

const upload: OperationRunner = async (context, call) => {
  const { url, contentType, reference, expiresAt } = await offerUpload(context, call)
  return {
    kind: 'parameters',
    parameters: [
      { name: 'url', valueUrl: url },
      { name: 'contentType', valueCode: contentType },
      { name: 'reference', valueString: reference },
      { name: 'expires', valueInstant: formatInstant(expiresAt) },
    ],
  }
}
