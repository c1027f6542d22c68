import { observe } from "./observe.ts";

void observe({}, 20_000).then((observation) => postMessage(observation));
