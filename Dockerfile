# The image of web, worker, signer and beat. It has neither the embedded PostgreSQL nor the tests.
FROM python:3.13-slim AS libraries
ENV UV_COMPILE_BYTECODE=1 \
    UV_LINK_MODE=copy \
    UV_PROJECT_ENVIRONMENT=/opt/venv \
    UV_PYTHON_DOWNLOADS=never
RUN pip install --no-cache-dir uv
WORKDIR /srv/genesis
COPY pyproject.toml uv.lock .python-version ./
# With «--build-arg GROUPS=--group=seal» the image can seal the PDFs of certificates.
ARG GROUPS=
RUN uv sync --frozen --no-default-groups $GROUPS

FROM python:3.13-slim
# What WeasyPrint draws with; without the subsetter every certificate would carry a whole font.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends \
        fontconfig fonts-dejavu-core libharfbuzz-subset0 libpango-1.0-0 libpangoft2-1.0-0 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /srv/genesis --shell /usr/sbin/nologin genesis
COPY --from=libraries /opt/venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    GENESIS_VAR=/srv/genesis/var
WORKDIR /srv/genesis
COPY . .
# The static files are those of this image, so they are not in the volume. The two values
# only let the settings load; nothing is connected to.
RUN python scripts/compile_messages.py \
    && SECRET_KEY=build DATABASE_URL=postgresql:///build python manage.py collectstatic --noinput \
    && install --directory --owner genesis var var/files var/mail \
    && install --directory --owner genesis --mode 700 keys
USER genesis
EXPOSE 8000
CMD ["gunicorn", "--config", "deploy/gunicorn.conf.py", "--bind", "0.0.0.0:8000"]
