/** A line to a server that can be cut: as if the server had stopped, and come back with all its data. */

import type { AddressInfo } from 'node:net'
import { connect, createServer, type Server, type Socket } from 'node:net'

export interface BreakableLink {
  /** Instead of the server's own. */
  readonly endpoint: string
  /** Connections end, and new ones are refused. */
  cut(): Promise<void>
  mend(): Promise<void>
  close(): Promise<void>
}

export async function breakableLink(endpoint: string): Promise<BreakableLink> {
  const { hostname, port } = new URL(endpoint)
  const sockets = new Set<Socket>()
  let server: Server | undefined
  const open = (at: number): Promise<number> => {
    const opened = createServer(socket => {
      const other = connect(Number(port), hostname)
      for (const [one, next] of [
        [socket, other],
        [other, socket],
      ] as const) {
        sockets.add(one)
        one.on('error', () => undefined)
        one.on('close', () => {
          sockets.delete(one)
          next.destroy()
        })
        one.pipe(next)
      }
    })
    server = opened
    return new Promise((resolve, reject) => {
      opened.once('error', reject)
      opened.listen(at, '127.0.0.1', () => resolve((opened.address() as AddressInfo).port))
    })
  }
  const cut = async () => {
    const cutting = server
    server = undefined
    if (!cutting) return
    const closed = new Promise<void>(resolve => cutting.close(() => resolve()))
    for (const socket of sockets) socket.destroy()
    await closed
  }
  const own = await open(0)
  return {
    endpoint: `http://127.0.0.1:${own}`,
    cut,
    mend: async () => {
      await open(own)
    },
    close: cut,
  }
}
