// The speed limit of a client: what reading alone costs, in C, on this machine, today.
//
// Opens N connections to a server on 127.0.0.1, keeps one request in flight on each until R are done, reads every byte and
// takes one clock reading per read. It parses nothing but the end of a response. A real client does all of this and more, so
// its CPU per event is stated as a multiple of what this program prints.
//
//   build: gcc -O2 -Wall -Wextra -o reader reader.c
//   usage: reader --port P [--streams N] [--requests R] [--prompt-tokens T] [--max-tokens M]
//   prints one line of JSON: wall_s, cpu_s, reads, bytes, cpu_us_per_read
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { READ_BYTES = 1 << 16, EVENTS_AT_ONCE = 1024, END_LENGTH = 5 };

static const char END[] = "0\r\n\r\n"; // the empty chunk that ends a chunked body

typedef struct {
    int fd;
    char tail[END_LENGTH]; // the last bytes read, since the end may be split over two reads
} Stream;

typedef struct {
    int port, streams, requests, prompt_tokens, max_tokens;
} Options;

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static double monotonic_s(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static double cpu_s(void) {
    struct rusage use;
    getrusage(RUSAGE_SELF, &use);
    return (double)use.ru_utime.tv_sec + (double)use.ru_utime.tv_usec * 1e-6 + (double)use.ru_stime.tv_sec +
           (double)use.ru_stime.tv_usec * 1e-6;
}

static Options parse_options(int count, char **words) {
    Options options = {.port = 0, .streams = 64, .requests = 256, .prompt_tokens = 16, .max_tokens = 128};
    const struct option known[] = {
        {"port", required_argument, NULL, 'p'},          {"streams", required_argument, NULL, 's'},
        {"requests", required_argument, NULL, 'r'},      {"prompt-tokens", required_argument, NULL, 't'},
        {"max-tokens", required_argument, NULL, 'm'},    {NULL, 0, NULL, 0},
    };
    for (int c; (c = getopt_long(count, words, "", known, NULL)) != -1;) {
        switch (c) {
        case 'p': options.port = atoi(optarg); break;
        case 's': options.streams = atoi(optarg); break;
        case 'r': options.requests = atoi(optarg); break;
        case 't': options.prompt_tokens = atoi(optarg); break;
        case 'm': options.max_tokens = atoi(optarg); break;
        default: exit(2);
        }
    }
    if (options.port <= 0 || options.streams <= 0 || options.requests < options.streams) {
        fprintf(stderr, "usage: reader --port P [--streams N] [--requests R >= N] [--prompt-tokens T] [--max-tokens M]\n");
        exit(2);
    }
    return options;
}

// One request, head and body, the same for all.
static char *build_request(const Options *options) {
    size_t room = (size_t)options->prompt_tokens * 2 + 256;
    char *body = malloc(room), *request = malloc(room + 256);
    if (!body || !request) fail("malloc");
    int at = sprintf(body, "{\"stream\":true,\"max_tokens\":%d,\"prompt\":[5", options->max_tokens);
    for (int i = 1; i < options->prompt_tokens; i++) at += sprintf(body + at, ",5");
    at += sprintf(body + at, "]}");
    sprintf(request,
            "POST /v1/completions HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s",
            at, body);
    free(body);
    return request;
}

static void send_all(int fd, const char *data, size_t length) {
    while (length > 0) {
        ssize_t sent = write(fd, data, length);
        if (sent < 0) fail("write");
        data += sent;
        length -= (size_t)sent;
    }
}

static int connect_to(int port) {
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    if (fd < 0) fail("socket");
    if (connect(fd, (struct sockaddr *)&address, sizeof address)) fail("connect");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

// Remember the last bytes; whether they end a response.
static bool has_ended(Stream *stream, const char *data, size_t length) {
    size_t fresh = length < END_LENGTH ? length : END_LENGTH;
    memmove(stream->tail, stream->tail + fresh, END_LENGTH - fresh);
    memcpy(stream->tail + END_LENGTH - fresh, data + length - fresh, fresh);
    return !memcmp(stream->tail, END, END_LENGTH);
}

int main(int count, char **words) {
    Options options = parse_options(count, words);
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);

    char *request = build_request(&options);
    size_t request_length = strlen(request);
    int poll_fd = epoll_create1(0);
    Stream *streams = calloc((size_t)options.streams, sizeof *streams);
    if (poll_fd < 0 || !streams) fail("setup");
    for (int i = 0; i < options.streams; i++) {
        streams[i].fd = connect_to(options.port);
        struct epoll_event wanted = {.events = EPOLLIN, .data.ptr = &streams[i]};
        if (epoll_ctl(poll_fd, EPOLL_CTL_ADD, streams[i].fd, &wanted)) fail("epoll_ctl");
    }

    static struct epoll_event ready[EVENTS_AT_ONCE];
    static char buffer[READ_BYTES];
    long reads = 0, bytes = 0;
    int started = 0, done = 0;
    double wall_start_s = monotonic_s(), cpu_start_s = cpu_s();
    for (; started < options.streams; started++) send_all(streams[started].fd, request, request_length);
    while (done < options.requests) {
        int n = epoll_wait(poll_fd, ready, EVENTS_AT_ONCE, -1);
        if (n < 0 && errno != EINTR) fail("epoll_wait");
        for (int i = 0; i < n; i++) {
            Stream *stream = ready[i].data.ptr;
            ssize_t length = read(stream->fd, buffer, sizeof buffer);
            struct timespec stamp;
            clock_gettime(CLOCK_MONOTONIC, &stamp); // its cost belongs to the limit
            if (length <= 0) {
                fprintf(stderr, "the server closed a connection\n");
                return 1;
            }
            reads++;
            bytes += length;
            if (!has_ended(stream, buffer, (size_t)length)) continue;
            done++;
            if (started < options.requests) {
                send_all(stream->fd, request, request_length);
                started++;
            }
        }
    }
    double wall = monotonic_s() - wall_start_s, cpu = cpu_s() - cpu_start_s;
    printf("{\"streams\":%d,\"requests\":%d,\"wall_s\":%.3f,\"cpu_s\":%.3f,\"reads\":%ld,\"bytes\":%ld,\"cpu_us_per_read\":%.3f}\n",
           options.streams, options.requests, wall, cpu, reads, bytes, cpu / (double)reads * 1e6);
    return 0;
}
