# The platform as one image: every role, chosen by ROLES. The build stage holds the tools, the last one only what runs.
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN node node_modules/tsup/dist/cli-default.js \
 && node node_modules/vite/bin/vite.js build
RUN npm prune --omit=dev --ignore-scripts --no-audit --no-fund

FROM node:24-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=1880 DATA_DIR=/data
WORKDIR /app
COPY --from=build /app/package.json /app/LICENSE ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY --from=build /app/resources resources
COPY --from=build /app/migrations migrations
COPY --from=build /app/examples examples
# Flows are code: read-only in the image; mount a folder over it to edit them (EDITOR=on).
COPY --from=build /app/flows flows
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 1880
# The platform ends rounds, flushes the journal and closes the database on SIGTERM; give it 30 s (--stop-timeout 30).
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=3s --start-period=60s --retries=3 \
  CMD ["node", "-e", "require(process.env.TLS_CERT_FILE ? 'https' : 'http').get({ host: '127.0.0.1', port: process.env.PORT, path: '/healthz', rejectUnauthorized: false }, (r) => process.exit(r.statusCode === 200 ? 0 : 1)).on('error', () => process.exit(1))"]
CMD ["node", "--max-semi-space-size=64", "--min-semi-space-size=32", "--heap-growing-percent=50", "--no-memory-reducer", "dist/server.js"]
