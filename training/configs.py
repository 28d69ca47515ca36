"""Every network's constructor values. All are the official architecture; only widths and depths are small.

Geometry is Stable Cascade's own: Stage C 16x24x24, Stage B 4x256x256, picture 3x1024x1024.
diffusers' class defaults are the multi-billion model, so every field is set. `up_*` lists are deepest level first.
"""
TEXT_WIDTH = 192

STAGE_A = dict(in_channels=3, out_channels=3, up_down_scale_factor=2, levels=2, bottleneck_blocks=2, embed_dim=48,
               latent_channels=4, num_vq_embeddings=16, scale_factor=1.0)

STAGE_B = dict(
    in_channels=4, out_channels=4, timestep_ratio_embedding_dim=32, patch_size=4, conditioning_dim=64,
    block_out_channels=(96, 160, 224), num_attention_heads=(-1, -1, -1),
    down_num_layers_per_block=(1, 2, 2), up_num_layers_per_block=(2, 2, 4),
    down_blocks_repeat_mappers=(1, 1, 1), up_blocks_repeat_mappers=(1, 1, 1),
    block_types_per_layer=(("SDCascadeResBlock", "SDCascadeTimestepBlock"),) * 3,
    clip_text_in_channels=None, clip_text_pooled_in_channels=TEXT_WIDTH, clip_image_in_channels=None, clip_seq=2,
    effnet_in_channels=16, pixel_mapper_in_channels=3, kernel_size=3, dropout=(0.0, 0.0, 0.0), self_attn=True,
    timestep_conditioning_type=("sca",), switch_level=None)

STAGE_C = dict(
    in_channels=16, out_channels=16, timestep_ratio_embedding_dim=32, patch_size=3, conditioning_dim=192,
    block_out_channels=(160, 256), num_attention_heads=(4, 4),
    down_num_layers_per_block=(1, 3), up_num_layers_per_block=(3, 2),
    down_blocks_repeat_mappers=(1, 1), up_blocks_repeat_mappers=(1, 1),
    block_types_per_layer=(("SDCascadeResBlock", "SDCascadeTimestepBlock", "SDCascadeAttnBlock"),) * 2,
    clip_text_in_channels=TEXT_WIDTH, clip_text_pooled_in_channels=TEXT_WIDTH, clip_image_in_channels=32, clip_seq=4,
    effnet_in_channels=None, pixel_mapper_in_channels=None, kernel_size=3, dropout=(0.0, 0.0), self_attn=True,
    timestep_conditioning_type=("sca", "crp"), switch_level=(True,))

# hidden_act "gelu" is the exact one, as in the official text encoder.
TEXT = dict(hidden_size=TEXT_WIDTH, intermediate_size=512, projection_dim=TEXT_WIDTH, num_hidden_layers=3,
            num_attention_heads=4, max_position_embeddings=77, hidden_act="gelu", layer_norm_eps=1e-5)

# (kind, expansion, stride, channels in, channels out, repeats), as torchvision's EfficientNetV2; all kernels 3.
ENCODER = dict(stem=8, last_channel=192, norm_eps=1e-3, input=384, stages=[
    ("fused", 1, 1, 8, 8, 1), ("fused", 4, 2, 8, 16, 1), ("fused", 4, 2, 16, 24, 1),
    ("mbconv", 4, 2, 24, 48, 2), ("mbconv", 6, 1, 48, 64, 1), ("mbconv", 6, 2, 64, 96, 2)])

PREVIEWER = dict(widths=(96, 56, 32, 16, 16))
