using System.Text.Json.Nodes;
using MultiEni.Api.ResourceClaims;
using MultiEni.Simulator.Kubernetes.Storage;

namespace MultiEni.VirtualMachine;

/// <summary>A claim as the scheduler leaves it: of one device, for the kubelet to prepare.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Uid">Its identity.</param>
public sealed record GuestClaim(string Name, string Uid)
{
    /// <summary>Where all of them are.</summary>
    public const string Namespace = "default";

    /// <summary>The request of each.</summary>
    public const string Request = "eni";

    private const string Claims = $"resourceclaims.{ClaimNames.Group}";
    private const string Slices = $"resourceslices.{ClaimNames.Group}";

    /// <summary>Writes one, and allocates it the device that the node's slice has for an ENI.</summary>
    /// <param name="store">Where.</param>
    /// <param name="name">Its name.</param>
    /// <param name="eni">The ENI.</param>
    /// <param name="mode">One of <see cref="ClaimModes"/>.</param>
    public static GuestClaim Allocate(ObjectStore store, string name, string eni, string mode)
    {
        ArgumentNullException.ThrowIfNull(store);
        var (pool, device) = DeviceOf(store, eni) ?? throw new InvalidOperationException($"No ResourceSlice has {eni}.");
        store.Create(
            Claims,
            new JsonObject
            {
                ["metadata"] = new JsonObject { ["namespace"] = Namespace, ["name"] = name },
                ["spec"] = new JsonObject
                {
                    ["devices"] = new JsonObject
                    {
                        ["requests"] = new JsonArray(
                            new JsonObject
                            {
                                ["name"] = Request,
                                ["exactly"] = new JsonObject { ["deviceClassName"] = ClaimNames.Driver },
                            }
                        ),
                        ["config"] = new JsonArray(Configuration(mode)),
                    },
                },
            }
        );
        var configuration = Configuration(mode);
        configuration["source"] = "FromClaim";
        var allocation = new JsonObject
        {
            ["results"] = new JsonArray(
                new JsonObject
                {
                    ["request"] = Request,
                    ["driver"] = ClaimNames.Driver,
                    ["pool"] = pool,
                    ["device"] = device,
                }
            ),
            ["config"] = new JsonArray(configuration),
        };
        var written = store.MergePatch(
            Claims,
            name,
            new JsonObject { ["status"] = new JsonObject { ["allocation"] = new JsonObject { ["devices"] = allocation } } },
            WriteOptions.Status,
            Namespace
        );
        return new GuestClaim(name, written["metadata"]!["uid"]!.GetValue<string>());
    }

    /// <summary>Pool and name of an ENI's device in the slices; null when none has it.</summary>
    public static (string Pool, string Device)? DeviceOf(ObjectStore store, string eni) =>
        Find(store, eni) is var (pool, device) ? (pool, device["name"]!.GetValue<string>()) : null;

    /// <summary>Whether a scheduler would give an ENI's device to a claim.</summary>
    public static bool IsListed(ObjectStore store, string eni) =>
        Find(store, eni) is var (_, device) && device["taints"] is not JsonArray { Count: > 0 };

    /// <summary>What the driver says of its device in its status; null while it says nothing.</summary>
    public JsonNode? NetworkData(ObjectStore store)
    {
        ArgumentNullException.ThrowIfNull(store);
        return store.Find(Claims, Name, Namespace)?["status"]?["devices"]?[0]?["networkData"];
    }

    /// <summary>Removes all of a cluster.</summary>
    public static void ForgetAll(ObjectStore store)
    {
        ArgumentNullException.ThrowIfNull(store);
        foreach (var name in store.List(Claims).Select(claim => claim["metadata"]!["name"]!.GetValue<string>()))
        {
            store.Delete(Claims, name, Namespace);
        }
    }

    private static (string Pool, JsonNode Device)? Find(ObjectStore store, string eni)
    {
        ArgumentNullException.ThrowIfNull(store);
        foreach (var slice in store.List(Slices))
        {
            foreach (var device in slice["spec"]!["devices"]?.AsArray() ?? [])
            {
                if (device!["attributes"]?["eni"]?["string"]?.GetValue<string>() == eni)
                {
                    return (slice["spec"]!["pool"]!["name"]!.GetValue<string>(), device);
                }
            }
        }

        return null;
    }

    private static JsonObject Configuration(string mode) =>
        new()
        {
            ["opaque"] = new JsonObject
            {
                ["driver"] = ClaimNames.Driver,
                ["parameters"] = new JsonObject
                {
                    ["apiVersion"] = ClaimNames.ConfigApiVersion,
                    ["kind"] = ClaimNames.ConfigKind,
                    ["mode"] = mode,
                },
            },
        };
}
