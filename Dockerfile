FROM rust:1.95-slim AS build
RUN apt-get update && apt-get install -y --no-install-recommends build-essential && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN cargo build --release --locked

FROM debian:stable-slim
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates tzdata \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --home-dir /data olifant && install -d -o olifant /data
COPY --from=build /src/target/release/olifant /usr/local/bin/olifant
USER olifant
WORKDIR /data
VOLUME /data
EXPOSE 8080
ENV OLIFANT__SERVER__LISTEN=0.0.0.0:8080 OLIFANT__STORE__URL=sled:/data/store
# No shell in between: SIGTERM has to reach the program.
ENTRYPOINT ["olifant"]
CMD ["serve"]
