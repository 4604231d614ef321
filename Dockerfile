# One image for web, worker, scheduler and the commands.  docker-compose.yml builds it and says what each of them runs.
FROM debian:12-slim

WORKDIR /opt/crosscheck
COPY . .
RUN chmod -R a+rX . \
    && script/bootstrap runtime \
    && .venv/bin/python -m compileall -q cli.py form_layouts omr service simulation workers \
    && rm -rf /var/lib/apt/lists/* /root/.cache \
    && useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin crosscheck \
    && install --directory --owner=crosscheck --group=crosscheck --mode=0700 /data

ENV PATH=/opt/crosscheck/.venv/bin:/usr/local/bin:/usr/bin:/bin \
    LANG=C.UTF-8 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    CROSSCHECK_DATA=/data
USER crosscheck
VOLUME /data
CMD ["crosscheck", "--help"]
