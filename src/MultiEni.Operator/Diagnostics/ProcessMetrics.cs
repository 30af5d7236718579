using System.Diagnostics;

namespace MultiEni.Operator.Diagnostics;

/// <summary>What Prometheus clients tell of their process.</summary>
internal static class ProcessMetrics
{
    /// <summary>Writes processor time, memory and start time.</summary>
    public static void Write(PrometheusText text, TimeSpan uptime)
    {
        using var process = Process.GetCurrentProcess();
        Write(text, "process_cpu_seconds_total", "counter", "Processor time spent, in seconds.", process.TotalProcessorTime.TotalSeconds);
        Write(text, "process_resident_memory_bytes", "gauge", "Resident memory in bytes.", process.WorkingSet64);
        var started = (process.StartTime.ToUniversalTime() - DateTime.UnixEpoch).TotalSeconds;
        Write(text, "process_start_time_seconds", "gauge", "Start of the process in seconds since 1970.", started);
        Write(text, "process_uptime_seconds", "gauge", "Time since the program began to measure, in seconds.", uptime.TotalSeconds);
        Write(text, "process_threads", "gauge", "Threads of the process.", process.Threads.Count);
    }

    private static void Write(PrometheusText text, string name, string type, string help, double value)
    {
        text.Head(name, type, help);
        text.Sample(name, "", value);
    }
}
