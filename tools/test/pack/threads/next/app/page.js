"use client";

import { createElement, useEffect } from "react";
import { trainWithThreads } from "../../training.js";

export default function Page() {
  useEffect(() => {
    Object.assign(globalThis, { trainWithThreads });
  });
  return createElement("p", null, "Minima");
}
