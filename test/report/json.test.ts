import { describe, expect, it } from 'vitest';
import { renderJsonDocs } from '../../src/report/json-docs.ts';

describe('docs/json.md', () => {
  it('lists every field of the schema with its type and meaning', async () => {
    const text = renderJsonDocs();
    expect(text).toContain('| `models[].properties[].objects[].trace.steps[].chains[].cursor` |');
    expect(text).not.toMatch(/\| +\|$/m);
    await expect(text).toMatchFileSnapshot('../../docs/json.md');
  });
});
