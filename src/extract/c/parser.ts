import { createRequire } from 'node:module';
import { Language, Parser } from 'web-tree-sitter';

/**
 * The C grammar, as the npm package `tree-sitter-c` ships it: WebAssembly, so that nothing is
 * compiled on the reader's machine. Loaded once in a process.
 */
let loading: Promise<Parser> | undefined;

export function cParser(): Promise<Parser> {
  loading ??= load();
  return loading;
}

async function load(): Promise<Parser> {
  await Parser.init();
  const grammar = createRequire(import.meta.url).resolve('tree-sitter-c/tree-sitter-c.wasm');
  const parser = new Parser();
  parser.setLanguage(await Language.load(grammar));
  return parser;
}
