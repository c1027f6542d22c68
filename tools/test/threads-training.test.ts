import { testTraining } from "./threads-training.ts";

testTraining(40);
