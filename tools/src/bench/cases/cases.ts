import type { BenchCase } from "../case.ts";
import { bandwidthCase } from "../peaks/bandwidth.ts";
import { registerPeakCase } from "../peaks/register-peak.ts";
import { cnnTraining } from "./cnn.ts";
import { eagerLstmCase } from "./eager-lstm.ts";
import { epochCase } from "./epoch.ts";
import { lstmTraining } from "./lstm.ts";
import { mlpTraining } from "./mlp.ts";
import { oneCycleCase } from "./one-cycle.ts";
import { operationCases } from "./operations.ts";
import { eagerSmallMlp, replaySmallMlp } from "./small-mlp.ts";
import { startupCase } from "./startup.ts";
import { timedCase } from "./timed-case.ts";
import { transformerTraining } from "./transformer.ts";
import { warmupCases } from "./warmup.ts";

/** Of the small MLP, which the peers do not have: what the reference evaluator gets. */
const smallLoss = 2.277;

/** All cases, in the order in which they run: what the machine can do first. */
export const cases: readonly BenchCase[] = [
  registerPeakCase,
  bandwidthCase,
  ...operationCases,
  timedCase("train_mlp_b128", { expected: 2.2933 }, mlpTraining),
  timedCase("train_cnn_b64", { expected: 2.3092 }, cnnTraining),
  timedCase("train_lstm_b32", { expected: 2.3096 }, lstmTraining),
  timedCase("train_transformer_b16", { expected: 2.3049 }, transformerTraining),
  epochCase,
  timedCase("replay_mlp_small", { expected: smallLoss }, replaySmallMlp),
  timedCase("eager_mlp_small", { expected: smallLoss }, eagerSmallMlp),
  oneCycleCase,
  eagerLstmCase,
  startupCase,
  ...warmupCases,
];
