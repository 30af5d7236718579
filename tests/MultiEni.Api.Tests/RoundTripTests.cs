using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.NodeEnis;
using MultiEni.Simulator.Kubernetes.Schema;
using MultiEni.Simulator.Kubernetes.Yaml;

namespace MultiEni.Api.Tests;

/// <summary>No field gets lost between a manifest and the types.</summary>
public sealed class RoundTripTests
{
    private static readonly JsonSerializerOptions Strict = new(ApiJson.Default.Options)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    [Fact]
    public void A_NodeENI_with_every_field_survives() =>
        AssertSurvives<NodeEni>(
            Definitions.NodeEni,
            """
            apiVersion: networking.k8s.aws/v1alpha1
            kind: NodeENI
            metadata:
              name: everything
            spec:
              nodeSelector: {ng: multi-eni}
              subnetID: subnet-1
              subnetIDs: [subnet-2, subnet-3]
              subnetName: data
              subnetNames: [data-a, data-b]
              subnetSelector: {role: data}
              subnetPolicy: MostFree
              securityGroupIDs: [sg-1]
              securityGroupNames: [dpdk]
              securityGroupSelector: {role: '*'}
              deviceIndex: 2
              networkCardIndex: 1
              deleteOnTermination: false
              retainPolicy: Retain
              description: for the data plane
              tags: {team: packet}
              mtu: 9001
              sourceDestCheck: false
              connectionTracking: {tcpEstablishedTimeout: 350, udpStreamTimeout: 120, udpTimeout: 40}
              enaExpress: {enabled: true, udp: true}
              enaQueueCount: 16
              secondaryPrivateIPCount: 3
              ipv4PrefixCount: 0
              ipv6AddressCount: 1
              ipv6PrefixCount: 0
              enablePrimaryIPv6: true
              adopt: false
              privateIPAddresses: [10.0.0.20, 10.0.0.21]
              elasticIPs: {allocationIDs: [eipalloc-1], selector: {}}
              podAddresses: {warm: 2, maximum: 10, fixedCIDRs: [10.0.0.64/26, "2001:db8::/80"], allowReassignment: true}
              hostAddressing: None
              enableDPDK: true
              dpdkDriver: igb_uio
              dpdkBinding: WhenClaimed
              dpdkResourceName: intel.com/sriov_dpdk
              dpdkPCIAddress: "0000:00:06.0"
            status:
              attachments:
              - nodeID: node-1
                instanceID: i-1
                eniID: eni-1
                attachmentID: eni-attach-1
                subnetID: subnet-1
                subnetCIDR: 10.0.0.0/24
                mtu: 9001
                deviceIndex: 2
                networkCardIndex: 1
                status: attached
                lastUpdated: "2026-11-22T10:00:00+00:00"
                macAddress: 02:00:00:00:00:01
                privateIP: 10.0.0.5
                interfaceName: eth2
                dpdkBound: true
                dpdkDriver: igb_uio
                dpdkResourceName: intel.com/sriov_dpdk
                dpdkPCIAddress: "0000:00:06.0"
                message: none
              attachmentsTruncated: false
              matchedNodes: 1
              desiredENIs: 1
              attachedENIs: 1
              readyENIs: 1
              dpdkBoundENIs: 1
              retainedENIs: 1
              retained:
              - eniID: eni-0b
                subnetID: subnet-a
                privateIP: 10.0.0.6
                publicIP: 203.0.113.6
                nodeID: node-b
              ready: 1/1
              observedGeneration: 4
              conditions:
              - type: Ready
                status: "True"
                reason: Ready
                message: all is well
                lastTransitionTime: "2026-11-22T10:00:00+00:00"
                observedGeneration: 4
            """
        );

    [Fact]
    public void An_ENIAttachment_with_every_field_survives() =>
        AssertSurvives<EniAttachment>(
            Definitions.EniAttachment,
            """
            apiVersion: networking.k8s.aws/v1alpha1
            kind: ENIAttachment
            metadata:
              name: everything
              labels: {networking.k8s.aws/node: node-1}
              finalizers: [networking.k8s.aws/device, networking.k8s.aws/eni]
              ownerReferences:
              - apiVersion: networking.k8s.aws/v1alpha1
                kind: NodeENI
                name: everything
                uid: 0b5a
                controller: true
                blockOwnerDeletion: true
            spec:
              nodeENIRef: {name: everything, uid: 0b5a}
              nodeName: node-1
              instanceID: i-1
              slot: subnet-1
              subnetID: subnet-1
              securityGroupIDs: [sg-1]
              deviceIndex: 2
              networkCardIndex: 1
              deleteOnTermination: false
              description: for the data plane
              tags: {team: packet}
              sourceDestCheck: false
              secondaryPrivateIPCount: 1
              ipv4PrefixCount: 0
              ipv6AddressCount: 1
              ipv6PrefixCount: 0
              enablePrimaryIPv6: true
              adopt: true
              privateIPAddress: 10.0.0.20
              retainedENI: eni-2
              elasticIP: {allocationID: eipalloc-2, formerAllocationIDs: [eipalloc-1]}
              podAddresses: {warm: 2, maximum: 10, fixedCIDRs: [10.0.0.64/26], allowReassignment: true}
              hostAddressing: None
              connectionTracking: {tcpEstablishedTimeout: 350, udpStreamTimeout: 120, udpTimeout: 40}
              enaExpress: {enabled: true, udp: true}
              enaQueueCount: 16
              mtu: 9001
              device: {use: Bound, driver: vfio-pci, resourceName: intel.com/x, pciAddress: "0000:00:06.0"}
            status:
              network:
                state: Attached
                eniID: eni-1
                adopted: true
                attachmentID: eni-attach-1
                macAddress: 02:00:00:00:00:01
                privateIPs: [10.0.0.5]
                publicIP: 203.0.113.7
                ipv6Addresses: ["2001:db8::5"]
                prefixes: [10.0.1.0/28]
                assignedForPods: [10.0.1.0/28]
                refusedAddresses: [{address: 10.0.0.99, reason: AddressNotAllowed, message: not in fixedCIDRs}]
                withdrawal: {number: 2, addresses: [10.0.0.7]}
                subnetCIDR: 10.0.0.0/24
                subnetIPv6CIDR: "2001:db8::/64"
                availabilityZone: eu-west-1a
                deviceIndex: 2
                networkCardIndex: 1
                attempt: 1
              device:
                attachmentID: eni-attach-1
                interfaceName: eth2
                pciAddress: "0000:00:06.0"
                vendorID: 1d0f
                deviceID: ec20
                driver: vfio-pci
                mtu: 9001
                linkState: up
                iommu: noiommu
                vfioGroup: noiommu-0
                writeCombining: none
                resourceName: intel.com/x
                advertised: true
                ipamProblem: /opt/cni/bin cannot be written
                addresses:
                  free: 3
                  freeIPv6: 1
                  freeFixed: 2
                  waiting: 1
                  seenWithdrawal: 2
                  used: [{address: 10.0.0.6, pod: default/a, interface: net1}]
                  requested: [{address: 10.0.0.99, pod: default/b}]
                releaseHeartbeatTime: "2026-11-22T10:00:00+00:00"
                bootID: 6c1b
              conditions:
              - type: Bound
                status: "True"
                reason: Bound
                message: held by vfio-pci
                lastTransitionTime: "2026-11-22T10:00:00+00:00"
                observedGeneration: 1
            """
        );

    private static void AssertSurvives<T>(JsonObject schema, string manifest)
    {
        var given = YamlDocuments.Parse(manifest).Single();
        var compiled = CustomResourceSchema.Parse(schema);
        Assert.Empty(compiled.Prune(given));
        Assert.Empty(compiled.Validate(given, null));
        AssertMentionsEverything(schema.Part("spec"), given["spec"]!, "spec");
        AssertMentionsEverything(schema.Part("status"), given["status"]!, "status");

        var info = (JsonTypeInfo<T>)Strict.GetTypeInfo(typeof(T));
        var read = given.Deserialize(info)!;
        var written = JsonSerializer.SerializeToNode(read, info);

        Assert.True(JsonNode.DeepEquals(given, written), $"{given}\n{written}");
    }

    /// <summary>A sample that leaves a field out would prove nothing about it.</summary>
    private static void AssertMentionsEverything(JsonObject schema, JsonNode given, string path)
    {
        foreach (var (name, property) in schema["properties"]!.AsObject())
        {
            var value = given[name];
            Assert.True(value is not null, $"{path}.{name} is missing in the sample");
            var inner = property!["items"] as JsonObject ?? property.AsObject();
            if (inner.ContainsKey("properties"))
            {
                AssertMentionsEverything(inner, value is JsonArray list ? list[0]! : value!, $"{path}.{name}");
            }
        }
    }
}
