/** What the parent passed to this process. */
export const config = JSON.parse(process.argv[2])

process.on('disconnect', () => process.exit())

/** Tells the parent what was found; it then ends this process. */
export const report = (found) => process.send(found)
