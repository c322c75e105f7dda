using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Lakehouse.DuckDb.Native.Handles;

namespace Lakehouse.DuckDb.Native;

/// <summary>
/// Registers scalar functions. The engine keeps a handle to each managed function and frees it together with the function. The state that it keeps for a use in
/// a statement is the connection's id, in place of a pointer. No exception may leave a callback: it would end the process.
/// </summary>
internal static unsafe class ScalarFunctionBinding
{
    public static void Register(ConnectionHandle connection, IReadOnlyList<DuckDbScalarFunction> functions)
    {
        foreach (var overloads in functions.GroupBy(f => f.Name, StringComparer.Ordinal))
        {
            var set = NativeMethods.duckdb_create_scalar_function_set(overloads.Key);
            try
            {
                foreach (var function in overloads)
                {
                    Add(set, function);
                }

                if (NativeMethods.duckdb_register_scalar_function_set(connection, set) != 0)
                {
                    throw new DuckDbException($"Catalog Error: the function {overloads.Key} cannot be registered");
                }
            }
            finally
            {
                NativeMethods.duckdb_destroy_scalar_function_set(ref set);
            }
        }
    }

    private static void Add(nint set, DuckDbScalarFunction function)
    {
        var handle = NativeMethods.duckdb_create_scalar_function();
        try
        {
            NativeMethods.duckdb_scalar_function_set_name(handle, function.Name);
            foreach (var parameter in function.Parameters)
            {
                using var type = parameter.ToHandle();
                NativeMethods.duckdb_scalar_function_add_parameter(handle, type);
            }

            using (var result = function.Result.ToHandle())
            {
                NativeMethods.duckdb_scalar_function_set_return_type(handle, result);
            }

            NativeMethods.duckdb_scalar_function_set_special_handling(handle);
            if (function.IsVolatile)
            {
                NativeMethods.duckdb_scalar_function_set_volatile(handle);
            }

            NativeMethods.duckdb_scalar_function_set_extra_info(handle, GCHandle.ToIntPtr(GCHandle.Alloc(function)), &Free);
            NativeMethods.duckdb_scalar_function_set_init(handle, &Initialise);
            NativeMethods.duckdb_scalar_function_set_function(handle, &Run);
            if (NativeMethods.duckdb_add_scalar_function_to_set(set, handle) != 0)
            {
                throw new DuckDbException($"Catalog Error: the function {function.Name} is given twice with the same parameters");
            }
        }
        finally
        {
            NativeMethods.duckdb_destroy_scalar_function(ref handle);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Free(nint info) => GCHandle.FromIntPtr(info).Free();

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Initialise(nint info)
    {
        NativeMethods.duckdb_scalar_function_init_get_client_context(info, out var context);
        var id = NativeMethods.duckdb_client_context_get_connection_id(context);
        NativeMethods.duckdb_destroy_client_context(ref context);
        NativeMethods.duckdb_scalar_function_init_set_state(info, (nint)id, null);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Run(nint info, nint input, nint output)
    {
        try
        {
            var function = (DuckDbScalarFunction)GCHandle.FromIntPtr(NativeMethods.duckdb_scalar_function_get_extra_info(info)).Target!;
            var arguments = new DuckDbVector[function.Parameters.Count];
            for (var i = 0; i < arguments.Length; i++)
            {
                arguments[i] = DuckDbVector.From(NativeMethods.duckdb_data_chunk_get_vector(input, (ulong)i), function.Parameters[i]);
            }

            var rowCount = (int)NativeMethods.duckdb_data_chunk_get_size(input);
            function.Body(NativeMethods.duckdb_scalar_function_get_state(info), arguments, rowCount, new DuckDbOutput(output, function.Result));
        }
        catch (Exception error)
        {
            NativeMethods.duckdb_scalar_function_set_error(info, error.Message);
        }
    }
}
