"""Drives a headless Chromium over its debugging pipe: reads commands as JSON from standard input, prints what they give.

    [{"open": FILE, "width": 400, "dark": true, "print": false}, {"shot": FILE}, {"click": SELECTOR}, {"key": "Enter"},
     {"type": TEXT}, {"eval": EXPRESSION}]

Prints {"results": [one an eval], "requests": [every address asked for], "errors": [what the page complained of]}.
"""

import base64
import json
import os
import subprocess
import sys
import tempfile
import time

CHROMIUM, LIMIT = sys.argv[1], 60


class Browser:
    def __init__(self, profile):
        down, self.commands = os.pipe()
        self.answers, up = os.pipe()
        arguments = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                     "--hide-scrollbars", "--remote-debugging-pipe", f"--user-data-dir={profile}", "about:blank"]

        def wire():
            # The pipe is file descriptors 3 and 4; move ours out of their way first.
            one, other = os.dup2(down, 30), os.dup2(up, 31)
            os.dup2(one, 3)
            os.dup2(other, 4)

        self.process = subprocess.Popen([CHROMIUM, *arguments], preexec_fn=wire, close_fds=False,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(down)
        os.close(up)
        self.number, self.session, self.rest, self.events = 0, None, b"", []

    def call(self, method, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.commands, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.read()
            if answer.get("id") == self.number:
                if "error" in answer:
                    sys.exit(f"{method}: {answer['error']}")
                return answer["result"]

    def read(self):
        while b"\0" not in self.rest:
            data = os.read(self.answers, 1 << 20)
            if not data:
                sys.exit("the browser has ended")
            self.rest += data
        one, self.rest = self.rest.split(b"\0", 1)
        answer = json.loads(one)
        if "method" in answer:
            self.events.append(answer)
        return answer

    def wait(self, method):
        until = time.monotonic() + LIMIT
        while not any(event["method"] == method for event in self.events):
            if time.monotonic() > until:
                sys.exit(f"no {method} within {LIMIT} s")
            self.read()

    def evaluate(self, expression):
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            sys.exit(f"{expression}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def open(self, file, width=1100, dark=False, print=False):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", media="print" if print else "", features=[scheme])
        self.events = [event for event in self.events if event["method"] != "Page.loadEventFired"]
        self.call("Page.navigate", url=f"file://{file}")
        self.wait("Page.loadEventFired")

    def shot(self, file):
        answer = self.call("Page.captureScreenshot", captureBeyondViewport=True)
        with open(file, "wb") as out:
            out.write(base64.b64decode(answer["data"]))

    def click(self, selector):
        place = self.evaluate(f"""(() => {{
            const found = document.querySelector({json.dumps(selector)});
            found.scrollIntoView({{block: "center", inline: "center"}});
            const box = found.getBoundingClientRect();
            return [box.x + box.width / 2, box.y + box.height / 2];
        }})()""")
        for kind in ["mousePressed", "mouseReleased"]:
            self.call("Input.dispatchMouseEvent", type=kind, x=place[0], y=place[1], button="left", clickCount=1)

    def key(self, name):
        code = {"Enter": 13, "Tab": 9, "Space": 32, "ArrowDown": 40}[name]
        text = {"Enter": "\r", "Space": " "}.get(name, "")
        key = {"key": " " if name == "Space" else name, "code": name, "windowsVirtualKeyCode": code}
        self.call("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", text=text, **key)
        self.call("Input.dispatchKeyEvent", type="keyUp", **key)

    def type(self, text):
        self.call("Input.insertText", text=text)


def run(browser, steps):
    target = browser.call("Target.createTarget", url="about:blank")["targetId"]
    browser.session = browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
    for domain in ["Page", "Runtime", "Network", "Log"]:
        browser.call(f"{domain}.enable")
    results = []
    for step in steps:
        if "eval" in step:
            results.append(browser.evaluate(step["eval"]))
        elif "open" in step:
            browser.open(step.pop("open"), **step)
        else:
            ((name, value),) = step.items()
            getattr(browser, name)(value)
            # What the page does about it may come after the answer.
            browser.evaluate("new Promise((done) => setTimeout(done, 50))")
    of = lambda method: [event["params"] for event in browser.events if event["method"] == method]
    requests = [one["request"]["url"] for one in of("Network.requestWillBeSent")]
    errors = [str(one) for one in of("Runtime.exceptionThrown") + of("Log.entryAdded")]
    print(json.dumps({"results": results, "requests": requests, "errors": errors}))


with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
    browser = Browser(folder)
    try:
        run(browser, json.load(sys.stdin))
    finally:
        browser.process.kill()
        browser.process.wait()
