export function startEmbedded(folder: string, port?: number): Promise<{ url: string; stop(): Promise<void> }>
