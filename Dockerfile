# The image of Consignee. Build: docker build --tag consignee .
# Run as docs/serve.md shows: the configuration in /etc/consignee, state in /var/lib/consignee, nothing else is written but /tmp.
#
# The base is pinned by tag. Pin it by digest as well where you build (node:24.21.0-trixie-slim@sha256:…): digests depend on the mirror that
# you trust, and a tag alone is not reproducible.

FROM node:24.21.0-trixie-slim AS dependencies
WORKDIR /opt/consignee
# Another registry of npm packages: --build-arg NPM_CONFIG_REGISTRY=https://…
ARG NPM_CONFIG_REGISTRY
COPY package.json package-lock.json .npmrc ./
# Optional is only the Node that npm carries for machines with an older one; the image has its own.
RUN npm ci --omit=dev --omit=optional --ignore-scripts

FROM node:24.21.0-trixie-slim
# git speaks to the forges, with the certificate authorities of the system, over ssh as well; gpg signs commits, as ssh does; tini is the process 1 that passes signals on and buries what git
# leaves behind. What could install something else is taken away.
RUN apt-get update \
  && apt-get install --yes --no-install-recommends ca-certificates git gpg gpg-agent openssh-client tini \
  && rm -rf /var/lib/apt/lists/* /usr/local/lib/node_modules /opt/yarn-* \
    /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /usr/local/bin/yarn /usr/local/bin/yarnpkg
COPY --from=dependencies /opt/consignee/node_modules /opt/consignee/node_modules
COPY package.json LICENSE /opt/consignee/
COPY bin /opt/consignee/bin
COPY src /opt/consignee/src
COPY templates /opt/consignee/templates
RUN ln -s /opt/consignee/bin/consignee.js /usr/local/bin/consignee \
  && install --directory --owner=65532 --group=65532 --mode=0700 /var/lib/consignee \
  && install --directory /etc/consignee
ENV NODE_ENV=production \
  HOME=/var/lib/consignee \
  HEALTH_URL=http://127.0.0.1:8080/healthz
# By number, so that Kubernetes can tell that it is not root.
USER 65532:65532
# The build fails here when something is missing.
RUN ["consignee", "--version"]
WORKDIR /etc/consignee
VOLUME /var/lib/consignee
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
  CMD ["node", "-e", "fetch(process.env.HEALTH_URL).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["tini", "--", "consignee"]
CMD ["serve"]
