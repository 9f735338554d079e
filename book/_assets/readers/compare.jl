# Golden vectors and your own arrays: julia compare.jl lstm-small.json mine.json [tolerance]
# In these files each array has a line of its own, so no package is needed.

const LINE = r"^\"([^\"]+)\": \{\"shape\": \[([^\]]*)\], \"data\": \[([^\]]*)\]\}"

numbers(kind, text) = parse.(kind, split(text, ", "))

# Dict: name -> array. In the file the last axis is the fastest, in Julia the first one.
function read_arrays(path)
    found = Dict{String,Array{Float64}}()
    for line in eachline(path)
        parts = match(LINE, line)
        parts === nothing && continue
        shape = numbers(Int, parts[2])
        data = reshape(numbers(Float64, parts[3]), reverse(shape)...)
        found[parts[1]] = permutedims(data, length(shape):-1:1)
    end
    return found
end

# The entry that is off most, as a share of the largest expected: how far, and where, from 1.
function worst(golden, mine)
    largest = maximum(abs, golden)
    off = abs.(mine .- golden) ./ (largest > 0 ? largest : 1)
    at = something(findfirst(isnan, off), argmax(off))  # NaN is the worst
    return off[at], at
end

function main(golden, mine, tolerance)
    compared, wrong = 0, 0
    for (name, array) in sort!(collect(mine); by=first)
        haskey(golden, name) || continue
        compared += 1
        if size(array) != size(golden[name])
            println("$name: size $(size(array)), expected $(size(golden[name]))")
            wrong += 1
            continue
        end
        off, at = worst(golden[name], array)
        off <= tolerance && continue
        println("$name$(Tuple(at)): $(array[at]), expected $(golden[name][at])")
        wrong += 1
    end
    println("$compared arrays compared, $wrong differ")
    return compared > 0 && wrong == 0
end

if abspath(PROGRAM_FILE) == @__FILE__
    tolerance = length(ARGS) > 2 ? parse(Float64, ARGS[3]) : 1e-12
    exit(main(read_arrays(ARGS[1]), read_arrays(ARGS[2]), tolerance) ? 0 : 1)
end
