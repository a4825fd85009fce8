import jwt  # PyJWT, installed as PyJWT[crypto]

private_key = open("private.pem").read()
claims = {"aud": "feedback", "agent": "support", "run": "run-1", "sub": "user-1"}
token = jwt.encode(claims, private_key, algorithm="EdDSA", headers={"kid": "backend-1"})
