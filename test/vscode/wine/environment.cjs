// Loaded first by Node.js for Windows: Wine overrides these variables, regardless of its own environment.
const { TEST_HOME, TEST_TEMP } = process.env;
if (TEST_HOME) Object.assign(process.env, { USERPROFILE: TEST_HOME, APPDATA: TEST_HOME, LOCALAPPDATA: TEST_HOME });
if (TEST_TEMP) Object.assign(process.env, { TEMP: TEST_TEMP, TMP: TEST_TEMP });
