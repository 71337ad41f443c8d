import { testTrajectory } from './trajectory.test-support.js';

testTrajectory({ size: 16, blocks: 1 });
