// npm run demo [-- story]: plays a job in a real VS Code against the emulator, with a picture of each step in out/demo.
// Without a word, an upload, whose pictures become the README's animation; `story` plays everything from the first CA to
// the first request with a client certificate.
const [name = "upload"] = process.argv.slice(2);
if (name === "story") await import("../demos/story.ts");
else await import("../demos/upload.ts");
