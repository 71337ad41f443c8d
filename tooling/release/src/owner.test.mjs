import { describe, expect, it } from 'vitest';
import { ownerProblem, withContact, withOwner } from './owner.mjs';

const empty = { repository: '', homepage: '', bugs: '', security: '', author: '' };
const filled = {
  repository: 'https://example.org/ada/engine',
  homepage: 'https://example.org',
  bugs: 'https://example.org/ada/engine/issues',
  security: 'security@example.org',
  author: 'Ada',
};

describe('ownerProblem', () => {
  it('has nothing to say of an owner who is complete', () => {
    expect(ownerProblem(filled)).toBeNull();
  });

  it('names in one message all that is missing', () => {
    expect(
      ownerProblem(empty),
    ).toBe(`tooling/owner.json does not say yet who publishes these packages. Fill in
  repository: an https URL
  homepage: an https URL
  bugs: an https URL
  security: an e-mail address or an https URL
  author: a name
then run: npm run metadata`);
  });

  it('names what is wrong', () => {
    expect(ownerProblem({ ...filled, bugs: 'issues' })).toMatch(/Fill in\n {2}bugs: an https URL\nthen/);
    expect(ownerProblem({ ...filled, security: 'the owner' })).toMatch(/security: an e-mail/);
  });
});

describe('withOwner', () => {
  const manifest = { name: 'x', license: 'Apache-2.0', type: 'module' };

  it('fills in a manifest, after its licence', () => {
    const result = withOwner(manifest, 'packages/x', filled);
    expect(result).toEqual({
      ...manifest,
      author: 'Ada',
      homepage: 'https://example.org',
      bugs: { url: 'https://example.org/ada/engine/issues' },
      repository: {
        type: 'git',
        url: 'git+https://example.org/ada/engine.git',
        directory: 'packages/x',
      },
    });
    expect(Object.keys(result)).toEqual([
      'name',
      'license',
      'author',
      'homepage',
      'bugs',
      'repository',
      'type',
    ]);
  });

  it('takes back what is empty again, and changes nothing the second time', () => {
    const once = withOwner(manifest, 'packages/x', filled);
    expect(withOwner(once, 'packages/x', filled)).toEqual(once);
    expect(withOwner(once, 'packages/x', empty)).toEqual(manifest);
  });
});

describe('withContact', () => {
  const text =
    '# Security\n\n<!-- contact: npm run metadata writes this -->\nold\n<!-- /contact -->\n\nMore.\n';

  it.each([
    ['security@example.org', 'Write to [security@example.org](mailto:security@example.org).'],
    ['https://example.org/$&', 'Report it at [https://example.org/$&](https://example.org/$&).'],
    ['', '**No contact has been named yet.** Please open no public issue about a vulnerability.'],
  ])('writes the contact %j', (security, line) => {
    expect(withContact(text, { ...empty, security })).toBe(text.replace('old', () => line));
  });

  it('refuses a text without a place for it', () => {
    expect(() => withContact('# Security\n', empty)).toThrow('no <!-- contact -->');
  });
});
