// Marks the first screen as the app's own page does, and keeps the app for offline starts.
new BroadcastChannel("kring.shown").onmessage = () => performance.mark("kring-shown");
navigator.serviceWorker.register("sw.js");
