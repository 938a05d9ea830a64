// libcurl's setters and getters are variadic, which Swift cannot call: one typed wrapper for each kind of argument.
#pragma once
#include <curl/curl.h>

typedef size_t (*orch_curl_data_callback)(char *buffer, size_t size, size_t count, void *context);
typedef int (*orch_curl_seek_callback)(void *context, curl_off_t offset, int origin);
typedef int (*orch_curl_prerequest_callback)(
    void *context, char *remote_address, char *local_address, int remote_port, int local_port);

static inline CURLcode orch_curl_setopt_long(CURL *handle, CURLoption option, long value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode orch_curl_setopt_offset(CURL *handle, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode orch_curl_setopt_string(CURL *handle, CURLoption option, const char *value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode orch_curl_setopt_pointer(CURL *handle, CURLoption option, void *value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode orch_curl_setopt_list(CURL *handle, CURLoption option, struct curl_slist *value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode orch_curl_setopt_data_callback(
    CURL *handle, CURLoption option, orch_curl_data_callback callback) {
    return curl_easy_setopt(handle, option, callback);
}

static inline CURLcode orch_curl_setopt_seek_callback(CURL *handle, orch_curl_seek_callback callback) {
    return curl_easy_setopt(handle, CURLOPT_SEEKFUNCTION, callback);
}

static inline CURLcode orch_curl_setopt_prerequest_callback(
    CURL *handle, orch_curl_prerequest_callback callback) {
    return curl_easy_setopt(handle, CURLOPT_PREREQFUNCTION, callback);
}

static inline CURLcode orch_curl_getinfo_long(CURL *handle, CURLINFO info, long *value) {
    return curl_easy_getinfo(handle, info, value);
}

static inline CURLcode orch_curl_getinfo_offset(CURL *handle, CURLINFO info, curl_off_t *value) {
    return curl_easy_getinfo(handle, info, value);
}

static inline CURLcode orch_curl_getinfo_pointer(CURL *handle, CURLINFO info, void **value) {
    return curl_easy_getinfo(handle, info, (char **)value);
}

static inline CURLMcode orch_curl_multi_setopt_long(CURLM *multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}

// The union inside CURLMsg, read where the message says that a transfer is done.
static inline CURLcode orch_curl_message_result(const CURLMsg *message) {
    return message->data.result;
}
