"""Words and forms, in lower case, of which every text with a secret has one.

Most texts have none: they need no rule, and a process that meets no other loads no detector.
"""

DATABRICKS = "dapi|dkea|dskp|dsapi|dose|doau"
AWS = "a3t|abia|acca|akia|asia|aws"
AZURE = "q~|==|shared_?(?:access|secret)_?key|accountkey"
SAS = "sig="
GOOGLE = "aiza|gocspx|ya29"
GITHUB = "github_pat_|gh[pousr]_"
GITLAB = "gl(?:pat|dt|ft|soat|rt|cbt|imt|ptt|agent|oas|ffct|wt)-|gr1348941"
SLACK = r"xox|xapp-|hooks\.slack\.com"
PRIVATE_KEY = "private key|putty-user-key"
ADDRESS = r"://[^\s/]*:[^\s/]*@|jdbc:oracle"
CONNECTION = r"(?:passw|pwd|phrase|key|token|secret)\w*\s*="
JWT = "eyj"
NPM = "_authtoken"
OPENAI = "t3blbkfj"
PYPI = "pypi-"
SENDGRID = r"sg\."
SQUARE = "sq0csp"
STRIPE = "k_live_"
MAILCHIMP = r"-us\d"

ALL = "|".join(
    (
        *(DATABRICKS, AWS, AZURE, SAS, GOOGLE, GITHUB, GITLAB, SLACK, PRIVATE_KEY, ADDRESS),
        *(CONNECTION, JWT, NPM, OPENAI, PYPI, SENDGRID, SQUARE, STRIPE, MAILCHIMP),
    )
)
