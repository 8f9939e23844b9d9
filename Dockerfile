# One image for every service of docker-compose.yml but PostgreSQL and Redis.
# A package index of your own, if there is one, comes in as build secrets and stays out of the image:
#   docker build --secret id=pip_conf,src=pip.conf --secret id=ca_bundle,src=ca.crt --tag realname-sync .
# (BuildKit; pip.conf names the certificates as /run/secrets/ca_bundle.)
ARG PYTHON_IMAGE=python:3.11-slim

FROM ${PYTHON_IMAGE} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /build
RUN python -m venv /opt/wheel && python -m venv /opt/realname
COPY requirements-wheel.lock requirements-deploy.lock ./
RUN --mount=type=secret,id=pip_conf,target=/etc/pip.conf --mount=type=secret,id=ca_bundle \
    /opt/wheel/bin/pip install --quiet --no-deps --require-hashes -r requirements-wheel.lock \
    && /opt/realname/bin/pip install --quiet --no-deps --require-hashes -r requirements-deploy.lock
COPY pyproject.toml README.md ./
COPY plugins plugins
COPY sql sql
COPY expectations expectations
RUN /opt/wheel/bin/pip wheel --quiet --no-index --no-deps --no-build-isolation --wheel-dir dist . \
    && /opt/realname/bin/pip install --quiet --no-index --no-deps dist/*.whl \
    && /opt/realname/bin/pip check

FROM ${PYTHON_IMAGE}
COPY --from=build /opt/realname /opt/realname
# The one file that Airflow loads; the library it belongs to is installed.
COPY plugins/realname_sync_plugin.py /opt/airflow/plugins/
COPY dags /opt/airflow/dags
# Airflow writes itself a configuration where it finds none, and what it finds here is read-only.
# The folders that volumes are put on belong to the user, and so do the volumes then.
RUN touch /opt/airflow/airflow.cfg \
    && useradd --uid 10001 --no-create-home --home-dir /tmp --shell /usr/sbin/nologin realname \
    && install -d -o realname -g realname -m 0750 /opt/airflow/logs /var/lib/realname /var/lib/sandbox
ENV PATH=/opt/realname/bin:$PATH \
    AIRFLOW_HOME=/opt/airflow \
    REALNAME_HOME=/var/lib/realname \
    HOME=/tmp \
    PYTHONUNBUFFERED=1
USER 10001
WORKDIR /opt/airflow
CMD ["realname", "--help"]
