# The page in a container. docs/hosting.md says how to run it, and that with AUTH=none its port belongs
# on the loopback address: inside, the page has to listen everywhere.
FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    BIND_ADDRESS=0.0.0.0

RUN useradd --system --create-home --uid 10001 app
WORKDIR /app

COPY requirements.txt ./
RUN pip install -r requirements.txt

COPY LICENSE app.py cli.py worker.py gunicorn.conf.py ./
COPY assets/ assets/
COPY callbacks/ callbacks/
COPY command_line/ command_line/
COPY components/ components/
COPY core/ core/
COPY web/ web/
RUN python -m compileall -q .

# By number, so that a cluster can tell that it is not root. It writes below /tmp only.
USER 10001
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import os, urllib.request as web; web.build_opener(web.ProxyHandler({})).open(f\"http://127.0.0.1:{os.environ.get('PORT') or 8000}/healthz\", timeout=4)"]
ENTRYPOINT ["gunicorn", "-c", "gunicorn.conf.py", "app:create_server()"]
