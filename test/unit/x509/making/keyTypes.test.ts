import { describeKeyType } from "./keyTypeTests.ts";

// The others: keyTypes.slow.test.ts.
describeKeyType("p-256", 256);
