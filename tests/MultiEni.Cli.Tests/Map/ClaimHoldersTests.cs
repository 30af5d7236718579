using MultiEni.Api.ResourceClaims;
using MultiEni.Cli.Map;
using MultiEni.Cli.Status;
using MultiEni.Operator.Informers;

namespace MultiEni.Cli.Tests.Map;

/// <summary>Which claim has which device, as claims change.</summary>
public sealed class ClaimHoldersTests
{
    private static readonly DeviceOfNode Device = new("n1", "eni-1");

    private readonly ClaimHolders _holders = new();

    [Fact]
    public void A_claim_has_its_devices_until_it_gives_them_back()
    {
        Assert.Equal([Device], _holders.Take(new ObjectChange<ResourceClaim>.Added(Claim("a", "eni-1"))));
        Assert.Equal("a", _holders.Find(Device)?.Name);

        Assert.Equal([Device], _holders.Take(new ObjectChange<ResourceClaim>.Updated(Claim("a", "eni-1"), Claim("a"))));
        Assert.Null(_holders.Find(Device));
    }

    [Fact]
    public void A_deleted_claim_has_nothing()
    {
        _holders.Take(new ObjectChange<ResourceClaim>.Added(Claim("a", "eni-1")));

        Assert.Equal([Device], _holders.Take(new ObjectChange<ResourceClaim>.Deleted(Claim("a", "eni-1"))));

        Assert.Null(_holders.Find(Device));
    }

    [Fact]
    public void A_former_holder_that_is_seen_late_takes_nothing_from_the_present_one()
    {
        _holders.Take(new ObjectChange<ResourceClaim>.Added(Claim("z", "eni-1")));
        _holders.Take(new ObjectChange<ResourceClaim>.Added(Claim("a", "eni-1")));

        _holders.Take(new ObjectChange<ResourceClaim>.Updated(Claim("z", "eni-1"), Claim("z")));
        Assert.Equal("a", _holders.Find(Device)?.Name);
        _holders.Take(new ObjectChange<ResourceClaim>.Deleted(Claim("z", "eni-1")));
        Assert.Equal("a", _holders.Find(Device)?.Name);
    }

    [Fact]
    public void A_claim_of_the_same_name_in_another_namespace_is_another()
    {
        _holders.Take(new ObjectChange<ResourceClaim>.Added(Claim("a", "eni-1")));
        var other = Claim("a", "eni-1");
        other.Metadata.Namespace = "other";

        _holders.Take(new ObjectChange<ResourceClaim>.Deleted(other));

        Assert.Equal("apps", _holders.Find(Device)?.Namespace);
    }

    [Fact]
    public void A_device_that_a_claim_lists_twice_is_one()
    {
        Assert.Equal([Device], _holders.Take(new ObjectChange<ResourceClaim>.Added(Claim("a", "eni-1", "eni-1"))));
        Assert.Equal("a", _holders.Find(Device)?.Name);
    }

    private static ResourceClaim Claim(string name, params string[] devices) =>
        new()
        {
            Metadata = new() { Namespace = "apps", Name = name },
            Status = new()
            {
                Allocation = new()
                {
                    Devices = new()
                    {
                        Results =
                        [
                            .. devices.Select(device => new AllocatedDevice
                            {
                                Driver = ClaimNames.Driver,
                                Pool = "n1",
                                Device = device,
                            }),
                        ],
                    },
                },
            },
        };
}
