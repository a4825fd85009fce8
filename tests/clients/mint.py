import time

import jwt  # PyJWT


def feedback_token(kid, secret, agent, run, user, seconds):
    """Signs the right to vote on one run."""
    claims = {
        "aud": "feedback",
        "agent": agent,
        "run": run,
        "sub": user,
        "exp": int(time.time()) + seconds,
    }
    return jwt.encode(claims, secret, algorithm="HS256", headers={"kid": kid})
