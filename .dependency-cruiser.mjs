// Which file may import which. The folders of core and weights read in the order in which the data flows, a backend
// knows no network, and what is written for every machine imports nothing that only some machines have.

const tests = String.raw`\.test\.(ts|mjs)$`;
const forTests = '^tooling/(hub-server|kernel-tests)/';
const inlined = '^tooling/lock-file/';
const agnostic = '^packages/(backend|core|data|parity|recipe|training|weights)/src/';
/** The package that brings them together, with a backend. */
const umbrella = '^packages/resnetjs/';
const node = String.raw`^packages/[^/]+/src/(node/|node[^/]*\.ts$)`;
const browser = String.raw`^packages/[^/]+/src/browser(/|\.ts$)`;

/**
 * In a package, the files of `room` import, of the other rooms, only those in `from`.
 * @param {string} name
 * @param {string} room
 * @param {string[]} from
 */
const roomImports = (name, room, from) => ({
  name: `${name}-${room}`,
  comment: `${name}/src/${room} may import ${from.length > 0 ? `only ${from.join(', ')}` : 'none'} of ${name}'s other folders`,
  severity: 'error',
  from: { path: `^packages/${name}/src/${room}/`, pathNot: tests },
  to: {
    path: `^packages/${name}/src/(index\\.ts$|[^/]+/)`,
    pathNot: [room, ...from].map((each) => `^packages/${name}/src/${each}/`),
  },
});

export default {
  forbidden: [
    roomImports('core', 'network', []),
    roomImports('core', 'random', []),
    roomImports('core', 'images', []),
    roomImports('core', 'classes', []),
    roomImports('core', 'blocks', ['network', 'random']),
    roomImports('core', 'networks', ['network', 'random', 'blocks']),
    roomImports('core', 'inspect', ['network']),
    roomImports('core', 'draw', ['network', 'inspect']),
    roomImports('core', 'compute', ['network', 'random']),
    roomImports('core', 'explain', ['network', 'compute']),
    roomImports('core', 'rewrite', ['network', 'random', 'compute']),
    roomImports('core', 'classify', ['network', 'networks', 'random', 'images', 'compute', 'rewrite']),
    roomImports('weights', 'containers', []),
    roomImports('weights', 'pretrained', []),
    roomImports('weights', 'hub', ['pretrained', 'weights-file']),
    roomImports('weights', 'model-file', ['containers']),
    roomImports('weights', 'checkpoint', ['containers', 'model-file']),
    roomImports('weights', 'graph', ['containers', 'model-file']),
    roomImports('weights', 'recognition', ['containers']),
    roomImports('weights', 'weights-file', [
      ...['containers', 'pretrained', 'model-file', 'graph', 'recognition'],
    ]),
    {
      name: 'no-app',
      comment: 'Nothing imports an app, except the app itself',
      severity: 'error',
      from: { path: '^(packages|tooling|apps)/([^/]+)/' },
      to: { path: '^apps/', pathNot: '^$1/$2/' },
    },
    {
      name: 'no-umbrella',
      comment: 'resnetjs is for programs; packages and apps import the packages that it brings together',
      severity: 'error',
      from: { pathNot: umbrella },
      to: { path: umbrella },
    },
    {
      name: 'core-dependencies',
      comment: 'core rests on @tensorflow/tfjs-core and @resnetjs/backend alone',
      severity: 'error',
      from: { path: '^packages/core/src/', pathNot: tests },
      to: { pathNot: ['^packages/(core|backend)/', '@tensorflow/tfjs-core(/|$)'] },
    },
    {
      name: 'data-needs-no-tensors',
      comment:
        'Networks, images, classes, inspection and drawing are data alone: the /network, /images, /classes and /draw entries need no TensorFlow.js',
      severity: 'error',
      from: {
        path: '^packages/core/src/((network|images|classes)\\.ts$|(network|random|images|classes|blocks|networks|inspect|draw)/)',
        pathNot: tests,
      },
      to: { path: ['@tensorflow/', '^packages/core/src/(compute|explain|rewrite|classify)/'] },
    },
    {
      name: 'backend-contract',
      comment: 'The contract of a backend imports no other package of ours',
      severity: 'error',
      from: { path: '^packages/backend/src/', pathNot: tests },
      to: { path: '^(packages/(?!backend/)|apps/)' },
    },
    {
      name: 'backends-know-no-network',
      comment:
        'A backend package serves any TensorFlow.js program: of our published packages it imports the contract alone',
      severity: 'error',
      from: { path: '^packages/(backend-[^/]+)/src/', pathNot: [tests, String.raw`\.test-support\.ts$`] },
      to: { path: '^(packages|apps)/', pathNot: ['^packages/$1/', '^packages/backend/'] },
    },
    {
      name: 'no-tooling',
      comment:
        'Tooling is not published; what a published package imports of it, its build copies into its dist (inline-private.mjs)',
      severity: 'error',
      from: { path: '^(packages|apps)/', pathNot: tests },
      to: { path: '^tooling/', pathNot: inlined },
    },
    {
      name: 'no-backend',
      comment: 'What is written for every backend imports none',
      severity: 'error',
      from: { path: agnostic, pathNot: tests },
      to: { path: ['^packages/backend-', '@tensorflow/tfjs-(backend-|node)', '@tensorflow/tfjs(/|$)'] },
    },
    {
      name: 'no-node',
      comment: "Node's modules belong in src/node*.ts or src/node/, behind the package's /node entry",
      severity: 'error',
      from: { path: [agnostic, umbrella], pathNot: [tests, node] },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'no-node-entry',
      comment: "A main entry does not reach its package's Node files",
      severity: 'error',
      from: { path: [agnostic, umbrella], pathNot: [tests, node] },
      to: { path: node },
    },
    {
      name: 'no-browser-entry',
      comment: "A package's browser files are reached by its /browser entry alone",
      severity: 'error',
      from: { path: [agnostic, umbrella], pathNot: [tests, browser] },
      to: { path: browser },
    },
    {
      name: 'no-test',
      comment: 'Only tests import tests, and what is for tests',
      severity: 'error',
      from: { pathNot: [tests, forTests] },
      to: { path: [tests, forTests] },
    },
    {
      name: 'no-cycle',
      comment: 'Files that import each other are one file, or lack a third',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphan',
      comment: 'A file that nobody imports, and that imports nobody, is forgotten',
      severity: 'error',
      from: {
        orphan: true,
        path: '/src/',
        pathNot: [
          tests,
          String.raw`/(index|main|node|browser)\.ts$`,
          String.raw`\.d\.ts$`,
          '/src/generated/',
          '/assembly/',
        ],
      },
      to: {},
    },
    {
      name: 'found',
      comment: 'What is imported is there, and named by the package.json of the package that imports it',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: String.raw`^(packages|apps)/[^/]+/(dist|assembly|vite\.config\.ts$)|/src/generated/` },
    // A type-only import is an arrow too.
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@resnetjs/source', 'types', 'import', 'node', 'default'],
      extensions: ['.ts', '.tsx', '.mts', '.js', '.mjs', '.d.ts', '.json'],
      mainFields: ['module', 'main', 'types'],
    },
  },
};
