import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { functionHash, revisionOf } from '../src/extract/function-text.ts';

/**
 * For developers: `node dist/bench/routine-hashes.js /usr/src/sys` writes
 * models/netbsd/routine-hashes.json: each routine that src/kernel cites, with its file, revision and
 * a hash of its text where the tree has that revision.
 */
const tree = process.argv[2] ?? '/usr/src/sys';

const cited = new Map<string, { file: string; revision: string; function: string }>();
for (const entry of readdirSync('src/kernel', { recursive: true, encoding: 'utf8' })) {
  if (!entry.endsWith('.ts')) continue;
  const text = readFileSync(join('src/kernel', entry), 'utf8').replace(/\n\s*\*\s+(?!@)/g, ' ');
  for (const [, citations = ''] of text.matchAll(/@source NetBSD ([^\n]*)/g)) {
    // One line may cite several files, each with its own revision.
    for (const [, file = '', revision = '', names = ''] of citations.matchAll(
      /(sys\/\S+\.[ch]) ([\d.]+)([^;]*)/g,
    )) {
      for (const [, name = ''] of names.matchAll(/\b(\w+)\(\)/g)) {
        cited.set(`${file} ${name} ${revision}`, { file, revision, function: name });
      }
    }
  }
}

const routines = [...cited.values()]
  .sort((a, b) => (`${a.file} ${a.function}` < `${b.file} ${b.function}` ? -1 : 1))
  .map((one) => {
    const source = readFileSync(join(tree, one.file.replace(/^sys\//, '')), 'latin1');
    const textHash =
      revisionOf(source) === one.revision ? functionHash(source, one.function) : null;
    if (textHash === null) console.error(`no text: ${one.file} ${one.revision} ${one.function}()`);
    return textHash === null ? one : { ...one, textHash };
  });
writeFileSync('models/netbsd/routine-hashes.json', `${JSON.stringify(routines, null, 2)}\n`);
console.log(`${routines.length} routines`);
