# Three stages: the console, the binary, and a small image that runs it as nobody.
FROM node:20-bookworm-slim AS console
WORKDIR /src/frontend
COPY frontend/package.json frontend/package-lock.json ./
RUN npm ci --omit=dev --no-audit --no-fund
COPY frontend/ ./
RUN npm run build

FROM golang:1.26-bookworm AS binary
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
COPY --from=console /src/frontend/dist ./frontend/dist
RUN CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -o /govmedia ./server

FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --home-dir /data govmedia && mkdir /data && chown govmedia /data
COPY --from=binary /govmedia /usr/local/bin/govmedia
USER govmedia
ENV GOVMEDIA_LISTEN=0.0.0.0:8080 GOVMEDIA_DATA=/data
VOLUME /data
EXPOSE 8080
ENTRYPOINT ["govmedia"]
CMD ["serve"]
