// What a browser computes in one thread; that two give the same bits is a test of Node's.
import { testConformance } from './conformance.test-support.js';

testConformance(1);
