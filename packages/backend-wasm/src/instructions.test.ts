import { testBuilds } from './instructions.test-support.js';

testBuilds();
