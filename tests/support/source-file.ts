import { parseSync } from '@swc/core'

/** A source file as the compiler sees it: comments and texts cannot be taken for code. */
export interface SourceFile {
  /** What it names in `import`, of types too, in `export … from`, `import()`, `require()` and `declare module`. */
  readonly imports: readonly string[]
  readonly hasDefaultExport: boolean
  readonly hasAny: boolean
}

interface Literal {
  readonly type?: string
  readonly value?: unknown
}

interface SyntaxNode {
  readonly type: string
  readonly kind?: unknown
  readonly id?: Literal | null
  readonly source?: Literal | null
  readonly argument?: Literal
  readonly expression?: Literal
  readonly exported?: Literal | null
  readonly callee?: Literal
  readonly arguments?: readonly { readonly expression: Literal }[]
}

export function readSource(text: string): SourceFile {
  const nodes = nodesOf(text)
  return {
    imports: nodes.map(importOf).filter((name) => typeof name === 'string'),
    hasDefaultExport: nodes.some(isDefaultExport),
    hasAny: nodes.some(({ type, kind }) => type === 'TsKeywordType' && kind === 'any'),
  }
}

function nodesOf(text: string): SyntaxNode[] {
  const nodes: SyntaxNode[] = []
  const visit = (_: string, value: unknown) => {
    if (isNode(value)) nodes.push(value)
    return value
  }
  JSON.stringify(parseSync(text, { syntax: 'typescript', target: 'es2022' }), visit)
  return nodes
}

function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
}

function importOf(node: SyntaxNode): unknown {
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportAllDeclaration':
    case 'ExportNamedDeclaration':
      return node.source?.value
    case 'TsImportType':
      return node.argument?.value
    case 'TsExternalModuleReference':
      return node.expression?.value
    case 'TsModuleDeclaration':
      return node.id?.type === 'StringLiteral' ? node.id.value : undefined
    case 'CallExpression': {
      const isImport = node.callee?.type === 'Import' || node.callee?.value === 'require'
      return isImport ? node.arguments?.[0]?.expression.value : undefined
    }
  }
}

function isDefaultExport({ type, exported }: SyntaxNode): boolean {
  return /^ExportDefault(Declaration|Expression)$/.test(type) || exported?.value === 'default'
}
