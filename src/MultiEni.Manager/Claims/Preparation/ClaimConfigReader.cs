using System.Text.Json;
using MultiEni.Api.NodeEnis;
using MultiEni.Api.ResourceClaims;

namespace MultiEni.Manager.Claims.Preparation;

/// <summary>
/// Reads what class and claim say about a device. Nothing is guessed: a field that is not known is
/// refused, because whoever misspells <c>mode</c> would otherwise get a device that is something
/// else than was asked for.
/// </summary>
internal static class ClaimConfigReader
{
    private const string FromClass = "FromClass";

    /// <summary>
    /// What is said about one request: class before claim, and of each field what was said last.
    /// </summary>
    /// <param name="config">All that was said to drivers.</param>
    /// <param name="device">The allocated device whose request it is.</param>
    public static ReadConfig Read(IReadOnlyList<AllocationConfig>? config, AllocatedDevice device)
    {
        var merged = new EniClaimConfig();
        foreach (var entry in (config ?? []).OrderBy(entry => entry.Source != FromClass))
        {
            if (entry.Opaque?.Driver != ClaimNames.Driver || !IsAbout(entry.Requests, device))
            {
                continue;
            }

            switch (Parse(entry.Opaque.Parameters, entry.Source == FromClass ? "The device class" : "The claim"))
            {
                case ReadConfig.Valid valid:
                    merged = merged with { Mode = valid.Config.Mode ?? merged.Mode, Driver = valid.Config.Driver ?? merged.Driver };
                    break;
                case var invalid:
                    return invalid;
            }
        }

        return new ReadConfig.Valid(merged);
    }

    /// <summary>Reads one document.</summary>
    /// <param name="parameters">The document; null when there is none.</param>
    /// <param name="speaker">Who says it, as the first words of a sentence.</param>
    public static ReadConfig Parse(JsonElement? parameters, string speaker)
    {
        if (parameters is not { ValueKind: JsonValueKind.Object } document)
        {
            return Invalid($"has parameters for {ClaimNames.Driver} that are no object");
        }

        var config = new EniClaimConfig { ApiVersion = "", Kind = "" };
        foreach (var field in document.EnumerateObject())
        {
            if (field.Name is not ("apiVersion" or "kind" or "mode" or "driver"))
            {
                return Invalid($"has a field '{field.Name}', which {ClaimNames.ConfigKind} does not have");
            }

            if (field.Value.ValueKind != JsonValueKind.String)
            {
                return Invalid($"has {field.Name} {field.Value.GetRawText()}, which is no text");
            }

            var text = field.Value.GetString()!;
            switch (field.Name)
            {
                case "apiVersion":
                    config.ApiVersion = text;
                    break;
                case "kind":
                    config.Kind = text;
                    break;
                case "mode":
                    config.Mode = text;
                    break;
                default:
                    config.Driver = text;
                    break;
            }
        }

        return config switch
        {
            not { ApiVersion: ClaimNames.ConfigApiVersion, Kind: ClaimNames.ConfigKind } => Invalid(
                $"has parameters of apiVersion '{config.ApiVersion}' and kind '{config.Kind}'"
            ),
            { Mode: not (null or ClaimModes.Dpdk or ClaimModes.Kernel) } => Invalid($"has mode '{config.Mode}'"),
            { Driver: { } driver } when !DpdkDrivers.Contains(driver) => Invalid($"has driver '{driver}'"),
            { Mode: ClaimModes.Kernel, Driver: { } driver } => Invalid(
                $"has driver '{driver}' together with mode kernel, in which the kernel's driver keeps the device"
            ),
            _ => new ReadConfig.Valid(config),
        };

        ReadConfig.Invalid Invalid(string what) =>
            new(
                $"{speaker} {what}. Write apiVersion: {ClaimNames.ConfigApiVersion}, kind: {ClaimNames.ConfigKind} and, as needed, mode: dpdk or kernel, and for mode dpdk "
                    + $"driver: {DpdkDrivers.VfioPci}, {DpdkDrivers.IgbUio} or {DpdkDrivers.UioPciGeneric}."
            );
    }

    // A request with alternatives is meant as a whole by its name, and one of them by both names.
    private static bool IsAbout(List<string>? requests, AllocatedDevice device) =>
        requests is not { Count: > 0 } || requests.Contains(device.Request) || requests.Contains(device.MainRequest);
}

/// <summary>What became of reading a configuration.</summary>
internal abstract record ReadConfig
{
    private ReadConfig() { }

    /// <summary>It says this.</summary>
    public sealed record Valid(EniClaimConfig Config) : ReadConfig;

    /// <summary>It makes no sense.</summary>
    /// <param name="Why">What, and what to write.</param>
    public sealed record Invalid(string Why) : ReadConfig;
}
