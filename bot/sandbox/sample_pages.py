"""What Payroll, the sample application, looks like: functions from values to HTML."""

from html import escape
from string import Template
from typing import Final

_FRAME: Final = Template("""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Payroll</title>
<style>
:root { color-scheme: light dark; font: 17px/1.5 system-ui, sans-serif; background: light-dark(#e8eef0, #12181b); }
main { max-width: 24rem; margin: 9vh auto; padding: 2rem; border-radius: 1rem; background: light-dark(#fff, #1d262b); }
h1 { margin: 0; }
small, .try { color: light-dark(#53606a, #a5b3bd); }
label { display: block; font-weight: 600; margin-top: 1rem; }
input, button { font: inherit; display: block; width: 100%; box-sizing: border-box; padding: .55rem .75rem;
  border: 1px solid #7b8891; border-radius: .5rem; }
button { margin-top: 1rem; font-weight: 600; cursor: pointer; color: #fff; background: #1f5f7a; border-color: #1f5f7a; }
form + form button { color: inherit; background: none; border-color: #7b8891; }
:focus-visible { outline: 3px solid #3b82f6; outline-offset: 2px; }
.bar { height: .4rem; border-radius: .2rem; background: #d97706; transform-origin: left;
  animation: over linear forwards; }
@keyframes over { to { transform: scaleX(0); } }
.note { border-left: 4px solid #1f5f7a; padding-left: .75rem; }
.told { border-left: 4px solid #d97706; padding-left: .75rem; font-weight: 600; }
</style>
<main>
<h1>Payroll</h1>
<small>A sample application of the sandbox</small>
$told
$form
</main>
</html>
""")
_SIGN_IN: Final = Template("""<form method="post" action="/sign-in">
<label for="username">Username</label>
<input id="username" name="username" autocomplete="username" autocapitalize="none" required autofocus>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required>
<button>Sign in</button>
</form>
<p class="try">To try: $hint</p>""")
_CODE: Final = """<form method="post" action="/code">
<label for="code">Verification code</label>
<input id="code" name="code" autocomplete="one-time-code" maxlength="64" required autofocus>
<p class="try">Six digits from your authenticator app, or a recovery code.</p>
<button>Verify</button>
</form>
<form method="post" action="/sign-out"><button>Cancel</button></form>"""
_RECOVERY_CODE: Final = """<form method="post" action="/code">
<label for="code">Recovery code</label>
<input id="code" name="code" autocomplete="off" autocapitalize="characters" maxlength="64" required autofocus>
<p class="try">One of those that you saved when you set up MFA: 24 letters and digits. It works meanwhile, and once.</p>
<button>Use recovery code</button>
</form>
<form method="post" action="/sign-out"><button>Cancel</button></form>"""
_WAIT: Final = Template("""<div class="bar" style="animation-duration: ${seconds}s"></div>
<p class="try">When they are over, <a href="/">type a code again</a>.</p>""")
_LOCKED: Final = '<p class="try">Waiting does not help any more. The helpdesk can unlock codes, or reset your MFA.</p>'
_STOPPED: Final = """<p>Somebody said that it was not you, or your phone was reported stolen, or your Slack account was
deactivated. Nobody signs in meanwhile, with whatever code.</p>
<ol>
<li>It was you after all: press <b>It was me</b> in mfabot's Home in Slack.</li>
<li>It was not you, or you cannot: call the helpdesk.</li>
</ol>
<form method="get" action="/"><button>Back</button></form>"""
_INSIDE: Final = Template("""<h2>Welcome, $username</h2>
<p>You signed in with $means.</p>
$note
<p>Paid on the 28th: <b>3,210.00</b></p>
<form method="post" action="/sign-out"><button>Sign out</button></form>""")


def sign_in(hint: str, told: str) -> str:
    """Return the page that asks for username and password; *told* is a sentence above it, or empty."""
    return _page(_SIGN_IN.substitute(hint=escape(hint)), told)


def code(told: str) -> str:
    """Return the page that asks for a code."""
    return _page(_CODE, told)


def recovery_code(told: str, wait_s: int | None) -> str:
    """Return the page that takes a recovery code alone, for *wait_s* seconds more; None: for good."""
    if wait_s is None:
        return _page(_LOCKED + _RECOVERY_CODE, told)
    return _page(_WAIT.substitute(seconds=wait_s) + _RECOVERY_CODE, told or f"Wait {wait_s} seconds more.")


def stopped(told: str) -> str:
    """Return the page of somebody who is suspended."""
    return _page(_STOPPED, told)


def inside(username: str, means: str, note: str) -> str:
    """Return the page of somebody signed in with *means*; *note* is a sentence about that, or empty."""
    noted = f'<p class="note" role="note">{escape(note)}</p>' if note else ""
    return _page(_INSIDE.substitute(username=escape(username), means=escape(means), note=noted), "")


def _page(form: str, told: str) -> str:
    sentence = f'<p class="told" role="alert">{escape(told)}</p>' if told else ""
    return _FRAME.substitute(told=sentence, form=form)
