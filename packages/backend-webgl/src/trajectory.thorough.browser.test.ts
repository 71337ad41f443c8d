import { testTrajectory } from './trajectory.test-support.js';

testTrajectory({ size: 32, blocks: 5 });
