# The measuring client, from this source tree: docker build -f examples/compose/client.Dockerfile .
FROM python:3.12-slim
COPY pyproject.toml constraints.txt README.md LICENSE /source/
COPY src /source/src
RUN pip install --no-cache-dir -c /source/constraints.txt /source
WORKDIR /root
ENTRYPOINT ["inferometer"]
CMD ["bench", "--help"]
