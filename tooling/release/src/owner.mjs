/**
 * What tooling/owner.json holds: who publishes the packages, and from where. Each value is empty until the owner fills it in.
 * @typedef {object} Owner
 * @property {string} repository such as `https://github.com/OWNER/NAME`
 * @property {string} homepage a URL
 * @property {string} bugs the URL under which problems are reported
 * @property {string} security an e-mail address, or the URL of a form, for vulnerabilities
 * @property {string} author such as `Ada Lovelace <ada@example.org>`
 */

export const ownerFile = 'tooling/owner.json';

const webAddress = { valid: isWebAddress, expected: 'an https URL' };

/** @type {Readonly<Record<keyof Owner, { valid: (value: string) => boolean, expected: string }>>} */
const fields = {
  repository: webAddress,
  homepage: webAddress,
  bugs: webAddress,
  security: {
    valid: (value) => isWebAddress(value) || isEmailAddress(value),
    expected: 'an e-mail address or an https URL',
  },
  author: { valid: (value) => value.trim() !== '', expected: 'a name' },
};

/**
 * Why nothing can be published for this owner, in one message.
 * @param {Owner} owner
 * @returns {string | null}
 */
export function ownerProblem(owner) {
  const names = /** @type {(keyof Owner)[]} */ (Object.keys(fields));
  const wrong = names.filter((name) => !fields[name].valid(owner[name] ?? ''));
  if (wrong.length === 0) return null;
  const expected = wrong.map((name) => `  ${name}: ${fields[name].expected}`).join('\n');
  return `${ownerFile} does not say yet who publishes these packages. Fill in\n${expected}\nthen run: npm run metadata`;
}

/** @param {string} value */
function isWebAddress(value) {
  return URL.canParse(value) && new URL(value).protocol === 'https:';
}

/** @param {string} value */
const isEmailAddress = (value) => /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value);

/**
 * A published package's manifest with what the owner says of it: author, homepage, bugs and repository. What is empty is left
 * out.
 * @param {Record<string, unknown>} manifest
 * @param {string} folder from the top folder
 * @param {Owner} owner
 * @returns {Record<string, unknown>}
 */
export function withOwner(manifest, folder, { author, homepage, bugs, repository }) {
  const filled = Object.entries({
    author: author || undefined,
    homepage: homepage || undefined,
    bugs: bugs ? { url: bugs } : undefined,
    repository: repository ? { type: 'git', url: gitAddress(repository), directory: folder } : undefined,
  });
  const added = Object.fromEntries(filled.filter(([, value]) => value !== undefined));
  const others = Object.entries(manifest).filter(([key]) => !filled.some(([name]) => name === key));
  const at = others.findIndex(([key]) => key === 'license') + 1;
  return { ...Object.fromEntries(others.slice(0, at)), ...added, ...Object.fromEntries(others.slice(at)) };
}

/** As npm writes it, so that publishing corrects nothing. @param {string} repository */
const gitAddress = (repository) => `git+${repository.replace(/\/$/, '').replace(/(\.git)?$/, '.git')}`;

const contact = /(?<=<!-- contact[^>]*-->\n)[\s\S]*?(?=\n<!-- \/contact -->)/;

/**
 * SECURITY.md with the owner's contact between its two comments.
 * @param {string} markdown
 * @param {Owner} owner
 */
export function withContact(markdown, { security }) {
  if (!contact.test(markdown)) throw new Error('SECURITY.md has no <!-- contact --> … <!-- /contact -->');
  return markdown.replace(contact, () => contactLine(security));
}

/** @param {string} security */
function contactLine(security) {
  if (security === '')
    return '**No contact has been named yet.** Please open no public issue about a vulnerability.';
  return isEmailAddress(security)
    ? `Write to [${security}](mailto:${security}).`
    : `Report it at [${security}](${security}).`;
}
