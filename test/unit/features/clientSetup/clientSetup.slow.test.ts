import { describeSetups } from "./setupTests.ts";

// Python loads the SDK for seconds.
describeSetups("python");
