// The peer of the vector benchmark: hnswlib (Malkov and Yashunin's own C++ library) over the same vectors, driven line by line from standard input.
//   hnswlib_peer BASE.f32 QUERIES.f32 DIMENSION M EF_CONSTRUCTION THREADS
//   search EF K OUT    -> writes the found ids of every query to OUT as int32, prints the seconds it took on one thread
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "hnswlib/hnswlib.h"

static std::vector<float> read_floats(const char* path)
{
    std::ifstream file(path, std::ios::binary | std::ios::ate);
    std::vector<float> floats(static_cast<size_t>(file.tellg()) / sizeof(float));
    file.seekg(0);
    file.read(reinterpret_cast<char*>(floats.data()), static_cast<std::streamsize>(floats.size() * sizeof(float)));
    return floats;
}

static double seconds_since(std::chrono::steady_clock::time_point start)
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

int main(int, char** arguments)
{
    const auto base = read_floats(arguments[1]);
    const auto queries = read_floats(arguments[2]);
    const size_t dimension = std::stoul(arguments[3]);
    const size_t count = base.size() / dimension;
    const size_t query_count = queries.size() / dimension;
    hnswlib::InnerProductSpace space(dimension);
    hnswlib::HierarchicalNSW<float> index(&space, count, std::stoul(arguments[4]), std::stoul(arguments[5]));

    const auto start = std::chrono::steady_clock::now();
    std::atomic<size_t> next{0};
    std::vector<std::thread> threads;
    for (unsigned long i = 0; i < std::stoul(arguments[6]); i++) {
        threads.emplace_back([&] {
            for (size_t id; (id = next++) < count;) {
                index.addPoint(base.data() + id * dimension, id);
            }
        });
    }
    for (auto& thread : threads) {
        thread.join();
    }
    std::cout << seconds_since(start) << std::endl;

    std::string command, out;
    size_t ef, k;
    while (std::cin >> command >> ef >> k >> out) {
        index.setEf(ef);
        std::vector<int32_t> found(query_count * k, -1);
        const auto searched = std::chrono::steady_clock::now();
        for (size_t q = 0; q < query_count; q++) {
            auto nearest = index.searchKnn(queries.data() + q * dimension, k);
            for (size_t i = nearest.size(); i-- > 0; nearest.pop()) {
                found[q * k + i] = static_cast<int32_t>(nearest.top().second);
            }
        }
        const double seconds = seconds_since(searched);
        std::ofstream(out, std::ios::binary).write(reinterpret_cast<const char*>(found.data()), static_cast<std::streamsize>(found.size() * sizeof(int32_t)));
        std::cout << seconds << std::endl;
    }
    return 0;
}
