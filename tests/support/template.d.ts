export function migrate(url: string): Promise<void>
export function onServer(...statements: string[]): Promise<void>
export function urlOf(database: string): string
export function templateFolder(): string
export function templateDatabase(): string
