import { describeKeyType } from "./keyTypeTests.ts";

describeKeyType("p-384", 384);
describeKeyType("rsa-2048", 2048);
describeKeyType("rsa-3072", 3072);
describeKeyType("rsa-4096", 4096);
