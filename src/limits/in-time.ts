export class TooLate extends Error {}

/** Of a process that was busy itself, the answers that have arrived meanwhile are read before it gives up. Throws `TooLate`. */
export async function inTime<T>(timeoutMs: number, answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => setImmediate(() => reject(new TooLate(`there was no answer within ${timeoutMs} ms`))),
      timeoutMs,
    )
  })
  try {
    return await Promise.race([answer, limit])
  } finally {
    clearTimeout(timer)
  }
}
